import { ClassMetadataList } from '../../discovery/index.js';
import type { EventClass } from './event-class.interface.js';
import type { SignalOnOptions } from './signal-on-options.interface.js';
import type { StartOnOptions } from './start-on-options.interface.js';

/** What `@StartOn` records. @internal */
export interface StartOnMetadata {
  readonly event: EventClass;
  readonly options: StartOnOptions<object>;
}

/** What `@SignalOn` records. @internal */
export interface SignalOnMetadata {
  readonly event: EventClass;
  readonly options: SignalOnOptions<object>;
}

/** @internal */
export const START_ON_METADATA = new ClassMetadataList<StartOnMetadata>('workflow:start-on');
/** @internal */
export const SIGNAL_ON_METADATA = new ClassMetadataList<SignalOnMetadata>('workflow:signal-on');
