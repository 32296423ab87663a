import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { NonRetryableStepError } from 'nestjs-workflow';
import { MoreThanOrEqual, type DataSource, type EntityManager } from 'typeorm';
import { Product } from '../catalogue/product.entity.js';
import { Reservation } from './reservation.entity.js';

export interface OrderedGoods {
  readonly sku: string;
  readonly quantity: number;
}

/**
 * The books and the shelf. A step may be tried again after its answer was lost: each of these looks at the order's reservations
 * first, in the same transaction, and does what is left to do.
 */
@Injectable()
export class Stock {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Takes the goods of an order out of the books: all of them, or none. */
  reserve(orderId: string, goods: readonly OrderedGoods[]): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      if (await manager.existsBy(Reservation, { orderId })) return;
      for (const { sku, quantity } of inLockOrder(goods)) {
        await take(manager, sku, 'stock', quantity);
        await manager.insert(Reservation, { orderId, sku, quantity, isPicked: false });
      }
    });
  }

  /** Gives back what {@link reserve} took. */
  release(orderId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      for (const { sku, quantity } of await reservationsOf(manager, orderId)) {
        await manager.delete(Reservation, { orderId, sku });
        await manager.increment(Product, { sku }, 'stock', quantity);
      }
    });
  }

  /** Takes the reserved goods from the shelf, where there may be fewer than the books say. */
  pick(orderId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      for (const { sku, quantity } of await reservationsOf(manager, orderId, false)) {
        await take(manager, sku, 'shelf', quantity);
        await manager.update(Reservation, { orderId, sku }, { isPicked: true });
      }
    });
  }

  /** Puts back what {@link pick} took. */
  putBack(orderId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      for (const { sku, quantity } of await reservationsOf(manager, orderId, true)) {
        await manager.increment(Product, { sku }, 'shelf', quantity);
        await manager.update(Reservation, { orderId, sku }, { isPicked: false });
      }
    });
  }
}

/** Two attempts at one order meet at its rows; the later one sees what the earlier one did. */
function reservationsOf(manager: EntityManager, orderId: string, isPicked?: boolean): Promise<Reservation[]> {
  return manager.find(Reservation, {
    where: { orderId, ...(isPicked !== undefined && { isPicked }) },
    order: { sku: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
}

async function take(manager: EntityManager, sku: string, from: 'stock' | 'shelf', quantity: number): Promise<void> {
  const { affected } = await manager.decrement(Product, { sku, [from]: MoreThanOrEqual(quantity) }, from, quantity);
  if (affected === 1) return;
  const { [from]: left = 0 } = (await manager.findOneBy(Product, { sku })) ?? {};
  const where = from === 'stock' ? 'in stock' : 'on the shelf';
  throw new NonRetryableStepError(`Only ${left} of "${sku}" are ${where}, and ${quantity} were ordered.`);
}

/** Whoever takes locks in one order waits for others, but never in a circle. */
function inLockOrder(goods: readonly OrderedGoods[]): OrderedGoods[] {
  return [...goods].sort((a, b) => (a.sku < b.sku ? -1 : 1));
}
