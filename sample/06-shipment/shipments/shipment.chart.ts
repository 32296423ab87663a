import { assign, fromPromise, or, setup, stateIn } from 'xstate';

/** What a shipment is made of. */
export interface ShipmentInput {
  readonly country: string;
  readonly grams: number;
  /** Of the goods; whole cents. */
  readonly worth: number;
  /** How long each part may take, in milliseconds. It is kept with the shipment. */
  readonly limits: { readonly collectMs: number; readonly clearMs: number; readonly deliverMs: number };
}

/** What is known of a shipment on its way. */
export interface ShipmentFacts extends ShipmentInput {
  /** The number of the customs declaration. */
  readonly declaration?: string;
  readonly paid: number;
  readonly signedBy?: string;
}

export type ShipmentEvent =
  | { readonly type: 'COLLECT' | 'ARRIVE' | 'DEPART' | 'MISS' | 'CLEAR' | 'HOLD' | 'RELEASE' | 'CANCEL' }
  | { readonly type: 'PAY'; readonly amount: number }
  | { readonly type: 'DELIVER'; readonly signedBy: string };

/**
 * The life of a shipment. While it is under way three things happen side by side: it is carried, it goes through customs, and it is
 * paid for. Guards, actions and the declaration are only named here; `ShipmentMachine` does them.
 */
export const shipmentChart = setup({
  types: { context: {} as ShipmentFacts, input: {} as ShipmentInput, events: {} as ShipmentEvent },
  guards: { isServed: () => false, isAbroad: () => false, isPaidInFull: () => false },
  actions: {
    invoice: () => undefined,
    escalate: (_, _params: { readonly reason: string }) => undefined,
    keepPayment: assign({
      paid: ({ context, event }) => context.paid + (event.type === 'PAY' ? event.amount : 0),
    }),
  },
  actors: { declare: fromPromise<string, ShipmentFacts>(() => Promise.reject(new Error('No office.'))) },
  delays: {
    collection: ({ context }) => context.limits.collectMs,
    clearance: ({ context }) => context.limits.clearMs,
    delivery: ({ context }) => context.limits.deliverMs,
  },
}).createMachine({
  id: 'shipment',
  context: ({ input }) => ({ ...input, paid: 0 }),
  initial: 'booked',
  states: {
    booked: {
      initial: 'inTime',
      states: {
        inTime: {
          after: {
            collection: { target: 'late', actions: { type: 'escalate', params: { reason: 'not collected' } } },
          },
        },
        late: {},
      },
      on: { COLLECT: { guard: 'isServed', target: 'underway', actions: 'invoice' }, CANCEL: 'cancelled' },
    },
    underway: {
      type: 'parallel',
      on: { HOLD: 'held' },
      onDone: 'completed',
      states: {
        transport: {
          initial: 'toHub',
          states: {
            toHub: { on: { ARRIVE: 'atHub' } },
            atHub: { on: { DEPART: { guard: or([stateIn('#exempt'), stateIn('#cleared')]), target: 'out' } } },
            out: {
              initial: 'inTime',
              states: {
                inTime: {
                  after: {
                    delivery: { target: 'late', actions: { type: 'escalate', params: { reason: 'not delivered' } } },
                  },
                },
                late: {},
              },
              on: {
                MISS: 'atHub',
                DELIVER: { target: 'delivered', actions: assign({ signedBy: ({ event }) => event.signedBy }) },
              },
            },
            delivered: { type: 'final' },
          },
        },
        customs: {
          initial: 'unknown',
          states: {
            unknown: { always: [{ guard: 'isAbroad', target: 'declaring' }, { target: 'exempt' }] },
            exempt: { id: 'exempt', type: 'final' },
            declaring: {
              invoke: {
                src: 'declare',
                input: ({ context }) => context,
                onDone: { target: 'waiting', actions: assign({ declaration: ({ event }) => event.output }) },
                onError: {
                  target: 'refused',
                  actions: { type: 'escalate', params: { reason: 'refused by customs' } },
                },
              },
            },
            waiting: {
              after: { clearance: { actions: { type: 'escalate', params: { reason: 'not cleared' } } } },
              on: { CLEAR: 'cleared' },
            },
            refused: { on: { CLEAR: 'cleared' } },
            cleared: { id: 'cleared', type: 'final' },
          },
        },
        billing: {
          initial: 'open',
          states: {
            open: {
              on: {
                PAY: [{ guard: 'isPaidInFull', target: 'paid', actions: 'keepPayment' }, { actions: 'keepPayment' }],
              },
            },
            paid: { type: 'final' },
          },
        },
        // Where everything goes on after it was held.
        asBefore: { type: 'history', history: 'deep' },
      },
    },
    held: { on: { RELEASE: 'underway.asBefore', CANCEL: 'cancelled' } },
    completed: { type: 'final' },
    cancelled: { type: 'final' },
  },
});
