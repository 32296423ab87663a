import { MemoryStore } from '../../lib/memory/index.js';
import { machineBehaviour } from './machine-behaviour.js';

machineBehaviour('memory', async (clock) => {
  const store = new MemoryStore({ clock });
  return {
    store,
    second: async () => new MemoryStore({ clock, sharedWith: store }),
    dispose: () => store.close(),
  };
});
