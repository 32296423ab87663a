import { WorkflowModule } from './workflow.module.js';
import { requireOptions } from './workflow.given-options.js';

/** Options as JavaScript lets them be written. */
const wrong = (options: unknown): never => options as never;

describe('WorkflowModule', () => {
  it('refuses what is no options in forRoot', () => {
    expect(() => WorkflowModule.forRoot(wrong(null))).toThrow(
      /"options of WorkflowModule\.forRoot" has the value null/,
    );
  });

  it.each<[string, unknown, RegExp]>([
    ['an option that there is not', { useFactory: () => ({}), isglobal: false }, /"isglobal of .*mean "isGlobal"/],
    ['a factory under another name', { usefactory: () => ({}) }, /"usefactory of .*mean "useFactory"/],
    ['a factory that is none', { useFactory: {} }, /"useFactory of .*a function/],
    ['no factory', {}, /"useFactory of WorkflowModule\.forRootAsync" has the value undefined/],
    ['nothing', undefined, /"options of WorkflowModule\.forRootAsync" has the value undefined/],
  ])('refuses %s in forRootAsync', (_what, options, message) => {
    expect(() => WorkflowModule.forRootAsync(wrong(options))).toThrow(message);
  });

  it('refuses what a factory answered that returned nothing', () => {
    expect(() => requireOptions(undefined, 'the factory')).toThrow(
      expect.objectContaining({ code: 'WORKFLOW_OPTIONS', option: 'options of the factory' }) as Error,
    );
  });
});
