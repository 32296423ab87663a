/** Who reviews drafts. */
export const REVIEWERS = ['ann', 'ben'];

/** Who decides what is urgent, what nobody reviewed in time, and what reviewers do not want to decide. */
export const LEADS = ['eve'];
