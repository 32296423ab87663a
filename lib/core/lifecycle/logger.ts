/** Where the engine writes what an operator should know; bound to Nest's `Logger` in an application. Never receives payloads. @publicApi */
export interface WorkflowLogger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Says nothing. @internal */
export const silentLogger: WorkflowLogger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});

/** For what runs without an application: what goes wrong is a warning of the process, and the rest is not said. @internal */
export const processLogger: WorkflowLogger = Object.freeze({ ...silentLogger, warn: warnProcess, error: warnProcess });

function warnProcess(message: string, fields?: Readonly<Record<string, unknown>>): void {
  process.emitWarning(fields === undefined ? message : `${message} ${JSON.stringify(fields)}`, 'WorkflowWarning');
}
