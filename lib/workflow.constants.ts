/** Injects the options as they were given to `forRoot` or made for `forRootAsync`; override it in tests. @publicApi */
export const WORKFLOW_OPTIONS = Symbol('WORKFLOW_OPTIONS');

/** Injects the store in use, a `WorkflowStore`. @publicApi */
export const WORKFLOW_STORE = Symbol('WORKFLOW_STORE');

/** Injects the worker of this process, a `WorkflowWorker`; `undefined` with the option `worker: false`. @publicApi */
export const WORKFLOW_WORKER = Symbol('WORKFLOW_WORKER');

/** What `forFeature` was given, in each module that called it. @internal */
export const WORKFLOW_FEATURE_DEFINITIONS = Symbol('WORKFLOW_FEATURE_DEFINITIONS');
