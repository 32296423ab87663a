/** The output of a workflow within a graph: what it answers, or the `output` of that. @internal */
export function outputOf(answer: unknown): unknown {
  return typeof answer === 'object' && answer !== null && 'output' in answer ? answer.output : answer;
}
