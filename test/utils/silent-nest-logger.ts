import type { LoggerService } from '@nestjs/common';

/** Keeps an application's log out of the test's output. */
export const silentNestLogger: LoggerService = {
  log: () => undefined,
  error: () => undefined,
  warn: () => undefined,
  debug: () => undefined,
  verbose: () => undefined,
};
