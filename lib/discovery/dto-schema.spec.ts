import 'reflect-metadata';
import { IsBoolean, IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { schemaValidator } from '../core/definition/index.js';
import { dtoSchema } from './dto-schema.js';

class Reason {
  @IsString()
  text!: string;
}

class Verdict {
  @IsBoolean()
  ok!: boolean;

  @ValidateNested()
  @Type(() => Reason)
  reason!: Reason;
}

describe('dtoSchema', () => {
  const check = schemaValidator(dtoSchema(Verdict));

  it('answers what passes, without what the class does not declare', async () => {
    const verdict = { ok: true, reason: { text: 'fine', more: 1 } };

    expect(await check(verdict, 'The answer')).toEqual({ ok: true, reason: { text: 'fine' } });
  });

  it('names the path of what does not', async () => {
    await expect(check({ ok: 1, reason: { text: 2 } }, 'The answer')).rejects.toMatchObject({
      issues: [{ path: 'ok' }, { path: 'reason.text' }],
    });
    await expect(check('yes', 'The answer')).rejects.toMatchObject({
      issues: [{ path: '', message: 'must be an object' }],
    });
  });
});
