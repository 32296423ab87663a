import { runSample } from '../run-sample.mjs';

await runSample('01-quick-start');
