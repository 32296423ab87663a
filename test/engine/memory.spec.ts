import { MemoryStore } from '../../lib/memory/index.js';
import type { VirtualClock } from '../../lib/core/time/index.js';
import { engineBehaviour } from './behaviour.js';
import type { EngineStore } from './harness.js';
import { graphBehaviour } from './graph-behaviour.js';
import { taskBehaviour } from './task-behaviour.js';

engineBehaviour('memory', make);
taskBehaviour('memory', make);
graphBehaviour('memory', make);

function make(clock: VirtualClock): Promise<EngineStore> {
  const store = new MemoryStore({ clock });
  return Promise.resolve({
    store,
    view: () => Promise.resolve(new MemoryStore({ clock, sharedWith: store })),
    dispose: () => Promise.resolve(),
  });
}
