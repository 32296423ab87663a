import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GraphService, WorkflowBuilder, type NodeFunction, type WorkflowEngine } from 'nestjs-workflow/graph';
import { dtoSchema } from 'nestjs-workflow/tasks';
import { LEADS, REVIEWERS } from '../reviews/people.js';
import { Verdict } from '../reviews/verdict.js';
import { Settings } from '../settings.js';
import { Classifier } from './classifier.js';
import { Mailer } from './mailer.service.js';
import { orderNumber } from './message.js';
import type { TicketState } from './ticket-state.js';
import { Writer } from './writer.js';

/** So many drafts a reviewer may ask for; then the team lead decides. */
const DRAFTS = 3;

/**
 * What becomes of a customer's message: it is sorted, an answer is drafted, and a reviewer has it drafted again until it is right. What
 * nobody reviews in time, or what is urgent, goes to the team lead.
 */
@Injectable()
export class TicketGraph implements OnModuleInit {
  readonly graph: WorkflowEngine<TicketState>;

  constructor(
    private readonly graphs: GraphService,
    private readonly classifier: Classifier,
    private readonly writer: Writer,
    private readonly mailer: Mailer,
    { reviewMs }: Settings,
  ) {
    const schema = dtoSchema(Verdict);
    this.graph = new WorkflowBuilder<TicketState>('ticket')
      .addNode('open', () => ({ drafts: 0, remarks: [] }))
      .addNode('classify', ({ input }) => this.classifier.classify(input))
      .addNode('find order', ({ input }) => ({ order: orderNumber(input) }))
      .addGate('sort', {
        close: ({ topic }) => topic === 'spam',
        draft: ({ topic }) => topic !== 'spam',
      })
      .addNode('draft', { run: this.draft, retry: 3, timeout: '30s' })
      .addNode('review', {
        humanPrompt: 'Send this to {topic} customer?\n\n{draft}',
        outputKey: 'verdict',
        task: { schema, assignees: REVIEWERS, deadline: reviewMs },
        onDeadline: 'store',
      })
      .addNode('escalate', {
        humanPrompt: 'What shall we do about this {topic} case?\n\n{draft}',
        outputKey: 'verdict',
        task: { schema, assignees: LEADS },
      })
      .addNode('send', ({ input, draft }, { idempotencyKey }) => this.mailer.send(input.from, draft, idempotencyKey))
      .addNode('close', () => ({ output: 'closed without an answer' }))
      // Two branches, which run beside each other.
      .addEdge('open', 'classify')
      .addEdge('open', 'find order')
      .addEdge('classify', 'sort')
      .addEdge('find order', 'sort')
      .addEdge('draft', 'escalate', { condition: ({ isUrgent }) => isUrgent, label: 'urgent' })
      .addEdge('draft', 'review', { condition: ({ isUrgent }) => !isUrgent })
      .addEdge('review', 'send', { condition: ({ verdict }) => verdict?.choice === 'send', label: 'fine' })
      .addEdge('review', 'close', { condition: isToBeClosed })
      .addEdge('review', 'draft', { condition: mayRevise, label: 'again' })
      .addEdge('review', 'escalate', { condition: isForTheLead, label: 'too late, or too hard' })
      .addEdge('escalate', 'send', { condition: ({ verdict }) => verdict?.choice === 'send' })
      .addEdge('escalate', 'draft', { condition: ({ verdict }) => verdict?.choice === 'revise', label: 'again' })
      .addEdge('escalate', 'close', { condition: isToBeClosed })
      .addEdge('escalate', 'escalate', { condition: ({ verdict }) => verdict?.choice === 'escalate' })
      // The remark of whoever asked for another draft is kept with those before it.
      .setReducer('remarks', (before = [], added) => [...before, ...added])
      .setEntry('open')
      .setTerminal('send')
      .setTerminal('close')
      .configure({ maxIterations: 100 })
      .build();
  }

  onModuleInit(): void {
    this.graphs.register(this.graph);
  }

  private readonly draft: NodeFunction<TicketState> = async (state, { signal }) => {
    const { input: message, topic, order, drafts, verdict } = state;
    const added = verdict?.remark === undefined ? [] : [verdict.remark];
    const draft = await this.writer.write({ message, topic, order, remarks: [...state.remarks, ...added] }, signal);

    return { draft, drafts: drafts + 1, remarks: added };
  };
}

function isToBeClosed({ verdict }: TicketState): boolean {
  return verdict?.choice === 'close';
}

function mayRevise({ verdict, drafts }: TicketState): boolean {
  return verdict?.choice === 'revise' && drafts < DRAFTS;
}

function isForTheLead(state: TicketState): boolean {
  const { verdict } = state;
  return verdict == null || verdict.choice === 'escalate' || (verdict.choice === 'revise' && !mayRevise(state));
}
