import { MemoryStore } from '../../lib/memory/index.js';
import { engineBehaviour } from './behaviour.js';

engineBehaviour('memory', (clock) => {
  const store = new MemoryStore({ clock });
  return Promise.resolve({
    store,
    view: () => Promise.resolve(new MemoryStore({ clock, sharedWith: store })),
    dispose: () => Promise.resolve(),
  });
});
