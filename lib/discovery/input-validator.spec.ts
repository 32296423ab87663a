import 'reflect-metadata';
import { Type } from 'class-transformer';
import { IsInt, IsString, Min, ValidateNested } from 'class-validator';
import { z } from 'zod';
import { inputValidator } from './input-validator.js';

class Item {
  @IsString()
  sku!: string;

  @IsInt()
  @Min(1)
  count!: number;
}

class Order {
  @IsString()
  id!: string;

  @ValidateNested({ each: true })
  @Type(() => Item)
  items!: Item[];
}

const place = 'the input of workflow "orders"';

describe('inputValidator', () => {
  describe('of a class', () => {
    it('answers the input as plain values, without what the class does not declare', async () => {
      const validate = await inputValidator(Order, 'class OrderWorkflow');

      const valid = await validate({ id: 'a', admin: true, items: [{ sku: 'x', count: 2, price: 0 }] }, place);

      expect(valid).toEqual({ id: 'a', items: [{ sku: 'x', count: 2 }] });
      expect(Object.getPrototypeOf(valid)).toBe(Object.prototype);
    });

    it('names every finding by its path, and no value', async () => {
      const validate = await inputValidator(Order, 'class OrderWorkflow');

      await expect(validate({ id: 7, items: [{ sku: 'secret', count: 0 }] }, place)).rejects.toMatchObject({
        code: 'WORKFLOW_INPUT',
        issues: [
          { path: 'id', message: 'id must be a string' },
          { path: 'items.0.count', message: 'count must not be less than 1' },
        ],
      });
    });

    it.each([[undefined], [null], ['text'], [[]]])('refuses %p', async (value) => {
      const validate = await inputValidator(Order, 'class OrderWorkflow');

      await expect(validate(value, place)).rejects.toThrow(
        'the input of workflow "orders" is not valid: must be an object',
      );
    });
  });

  describe('of a schema', () => {
    it('answers what the schema makes of the input', async () => {
      const validate = await inputValidator(
        z.object({ at: z.string().transform((text) => text.length) }),
        'class OrderWorkflow',
      );

      expect(await validate({ at: 'noon' }, place)).toEqual({ at: 4 });
    });

    it('names the findings', async () => {
      const validate = await inputValidator(z.object({ items: z.array(z.number()) }), 'class OrderWorkflow');

      expect(() => validate({ items: [1, 'two'] }, place)).toThrow(/"orders" is not valid: items\.1: /);
    });

    it('is told from a class also where the schema is a function', async () => {
      const schema = Object.assign(() => undefined, {
        '~standard': { version: 1 as const, vendor: 'own', validate: (value: unknown) => ({ value: [value] }) },
      });

      const validate = await inputValidator(schema, 'class OrderWorkflow');

      expect(validate(1, place)).toEqual([1]);
    });
  });
});
