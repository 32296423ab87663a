import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A script of `processes/` in a process of its own. */
export class BenchProcess {
  #child;
  #listeners = new Set();
  #exited;

  constructor(name, ...words) {
    const script = fileURLToPath(new URL(`../processes/${name}.mjs`, import.meta.url));
    this.#child = fork(script, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => {
      for (const listener of this.#listeners) listener(message);
    });
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  /** The first message that fits. */
  hear(fits) {
    return new Promise((resolve) => {
      const listener = (message) => {
        if (!fits(message)) return;
        this.#listeners.delete(listener);
        resolve(message);
      };
      this.#listeners.add(listener);
    });
  }

  onMessage(listener) {
    this.#listeners.add(listener);
  }

  send(message) {
    this.#child.send(message);
  }

  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
