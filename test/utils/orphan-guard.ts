import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./orphan-guard-process.mjs', import.meta.url));

/** Ends processes that are meant to outlive others, and removes their folder, also when the test run is killed. */
export class OrphanGuard {
  private readonly child: ChildProcess;

  constructor(folder: string) {
    // A group of its own, so that it is not killed with the test run.
    this.child = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    this.child.unref();
  }

  watch(pid: number): void {
    this.child.stdin?.write(`${pid}\n`);
  }

  /** Everything was cleared up. */
  dismiss(): void {
    this.child.stdin?.end('done\n');
  }
}
