import { Workflow, type WorkflowClient, type WorkflowContext, type WorkflowRunner } from 'nestjs-workflow';

export interface Person {
  name: string;
}

@Workflow('greeting')
export class GreetingWorkflow implements WorkflowRunner<Person, string> {
  async run(ctx: WorkflowContext, person: Person): Promise<string> {
    const greeting = await ctx.step('greet', () => `Hello, ${person.name}`);
    await ctx.sleep('breathe', 10);

    return ctx.step('close', () => `${greeting}.`);
  }
}

export async function expectGreeting(client: WorkflowClient): Promise<void> {
  const handle = await client.start(GreetingWorkflow, { name: 'Ada' });
  const greeting: string = await handle.result();
  if (greeting !== 'Hello, Ada.') {
    throw new Error(`The workflow answered ${JSON.stringify(greeting)}.`);
  }
}
