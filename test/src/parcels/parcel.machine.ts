import { Injectable } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { StateTransitionedEvent } from 'nestjs-workflow';
import { Action, Guard, StateMachineWorkflow, Step, type InvokedArguments } from 'nestjs-workflow/state-machine';
import type { EntityManager } from 'typeorm';
import { assign, fromPromise, setup } from 'xstate';
import { Parcel } from './parcel.entity.js';

/** What a carrier does, and what it was asked for. */
@Injectable()
export class Carrier {
  readonly calls: string[] = [];
  heaviest = 20;
}

export const parcelMachine = setup({
  types: {
    context: {} as { weight: number; track: string },
    input: {} as { weight: number },
    events: {} as { type: 'PACK' } | { type: 'LOSE' },
  },
  guards: { fits: () => false },
  actions: { notify: () => undefined, stamp: () => undefined },
  actors: { book: fromPromise<string, { weight: number }>(() => Promise.reject(new Error('not by itself'))) },
}).createMachine({
  context: ({ input }) => ({ weight: input.weight, track: '' }),
  initial: 'open',
  states: {
    open: { on: { PACK: { guard: 'fits', target: 'booking', actions: 'stamp' } } },
    booking: {
      invoke: {
        src: 'book',
        input: ({ context }) => ({ weight: context.weight }),
        onDone: { target: 'sent', actions: [assign({ track: ({ event }) => event.output }), 'notify'] },
      },
    },
    sent: { on: { LOSE: 'lost' } },
    lost: {},
  },
});

@StateMachineWorkflow('parcel', { machine: parcelMachine, entity: { target: Parcel } })
export class ParcelMachine {
  constructor(private readonly carrier: Carrier) {}

  @Guard()
  fits({ context }: { context: { weight: number } }): boolean {
    return context.weight <= this.carrier.heaviest;
  }

  @Action({ transactional: true })
  async stamp({ manager, machineId }: { manager: EntityManager; machineId: string }): Promise<void> {
    this.carrier.calls.push(`stamp ${String(await manager.existsBy(Parcel, { id: machineId }))}`);
  }

  @Step({ retry: 2 })
  book({ input }: InvokedArguments, { attempt }: { attempt: number }): string {
    if (attempt === 1) throw new Error('busy');
    return `track ${(input as { weight: number }).weight}`;
  }

  @Action()
  notify({ context, idempotencyKey }: { context: { track: string }; idempotencyKey: string }): void {
    this.carrier.calls.push(`notify ${context.track} ${String(idempotencyKey !== '')}`);
  }
}

@EventsHandler(StateTransitionedEvent)
export class ParcelListener implements IEventHandler<StateTransitionedEvent> {
  readonly heard: string[] = [];

  handle({ workflowId, from, to, trigger, machineVersion }: StateTransitionedEvent): void {
    this.heard.push(`${workflowId} ${machineVersion}: ${from ?? ''} ${trigger} ${to}`);
  }
}
