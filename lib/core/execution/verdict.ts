import type { EndedInstance, InstanceRecord } from '../records/index.js';

/** How one stretch of executing an instance ended, for the worker that owns it. @internal */
export type Verdict =
  /** Waits; the lease was given back. It stays warm and can go on. */
  | { readonly kind: 'suspended'; readonly dueAt: number | undefined }
  | { readonly kind: 'ended'; readonly instance: EndedInstance }
  /** The next generation begins under the same lease. */
  | {
      readonly kind: 'continued';
      readonly record: InstanceRecord;
      readonly cancelRequested: boolean;
      /** What the generation leaves for the next one. */
      readonly carried: unknown;
    }
  /** Handed back for a shutdown. */
  | { readonly kind: 'released' }
  /** This build's code does not match the journal; handed back for another one. */
  | { readonly kind: 'mismatch'; readonly error: Error }
  /** Somebody else owns it: dropped with what was staged. */
  | { readonly kind: 'lost' };
