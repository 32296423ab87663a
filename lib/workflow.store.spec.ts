import { loadTypeOrm } from './workflow.store.js';

describe('Loading what works with TypeORM', () => {
  it('says what to install where the package is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package 'typeorm'"), { code: 'ERR_MODULE_NOT_FOUND' });

    await expect(loadTypeOrm(() => Promise.reject(missing))).rejects.toMatchObject({
      code: 'WORKFLOW_OPTIONS',
      message: expect.stringMatching(/"typeorm" .* npm install @nestjs\/typeorm typeorm pg/) as unknown,
      cause: missing,
    });
  });

  it('tells any other failure as it is', async () => {
    const broken = new RangeError('broken');

    await expect(loadTypeOrm(() => Promise.reject(broken))).rejects.toBe(broken);
  });
});
