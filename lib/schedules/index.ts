export { nextCron } from './next-cron.js';
