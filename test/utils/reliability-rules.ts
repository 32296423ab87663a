/**
 * What must hold of every run, whatever befalls it: the one list, checked on real processes by the chaos rig (in SQL, over the journal and
 * the ledger) and by the simulation in every step of its clusters. `simulated` are the words by which the simulation tells of a violation.
 */
export const RELIABILITY_RULES = {
  I1: {
    title: 'every accepted run ends, in one state that never changes',
    simulated: [
      'every accepted run ends',
      'accepted runs exist',
      'an outcome never changes',
      'runs end as they should',
      'results are right',
      'everything comes to rest',
      'what has ended holds nothing',
      'generations rise',
    ],
  },
  I2: {
    title: 'at most one recorded result for a step, and a replay gives that one',
    simulated: [
      'names are unique',
      'what is recorded stays',
      'positions are dense',
      'recorded results happened',
      'recorded time never goes back',
      'replay comes to the same end',
      'replay runs no effect',
      'unchanged code matches its journal',
      'results are told as they are',
    ],
  },
  I3: {
    title: 'an effect happens once, and once more at most for each loss; always under one key',
    simulated: [
      'one step has one key',
      'effects repeat only after a loss',
      'recorded steps never run again',
      'at most once is once',
      'effects belong to instances',
      'only an owner begins effects',
      'no effect after the outcome',
    ],
  },
  I4: {
    title: 'a transactional effect happens exactly once',
    simulated: ['transactional effects happen exactly once'],
  },
  I5: { title: 'no step starts before its past is recorded', simulated: ['no effect before its past is durable'] },
  I6: {
    title: 'no step starts after its worker knew of the cancel',
    simulated: [
      'no step starts after its worker knew of the cancel',
      'no step starts after the recorded stop',
      'an accepted cancel is kept',
    ],
  },
  I7: {
    title: 'what is undone is what was done, in exact reverse, each once',
    simulated: ['undo is the exact reverse', 'what has completed is not undone', 'undo waits for children'],
  },
  I8: {
    title: 'an accepted signal is consumed once, or listed',
    simulated: [
      'a signal is taken once',
      'no signal is lost',
      'a taken signal is not listed',
      'a signal rolled back is no signal',
      'a signal sent again is the same signal',
      'wakes rise',
    ],
  },
  I9: { title: 'a timer is never early', simulated: ['timers are never early'] },
  I10: {
    title: 'an older fence writes nothing after a new claim',
    simulated: [
      'no older fence writes after a new claim',
      'fences rise',
      'effects start before the lease ends',
      'no lease is lost without a fault',
    ],
  },
  I11: { title: 'a concurrency limit is never exceeded', simulated: ['slots are never exceeded'] },
  I12: {
    title: 'events are numbered without a gap, in the order of the journal, and of commits only',
    simulated: [
      'events are told after their commit',
      'one number is one event',
      'events are relayed in order',
      'the last event is the outcome',
      'every event is told',
      'event numbers rise',
    ],
  },
  I13: { title: 'one id is one run, and another input under it is refused', simulated: [] },
  I14: {
    title: 'a process lives until it is killed, with no stray rejection, error or warning',
    simulated: ['no rejection is unhandled', 'no error is logged', 'the outside is answered'],
  },
  I15: { title: 'attempts are charged for failures of the step alone', simulated: [] },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly simulated: readonly string[] }>>;

export type ReliabilityRule = keyof typeof RELIABILITY_RULES;

/** A rule in the words of the simulation. */
export type SimulatedRule = (typeof RELIABILITY_RULES)[ReliabilityRule]['simulated'][number];
