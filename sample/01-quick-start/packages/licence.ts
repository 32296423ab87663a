import parseExpression from 'spdx-expression-parse';
import satisfies from 'spdx-satisfies';

/** What the policy says about one package. */
export interface LicenceJudgement {
  /** As an SPDX expression where the package declares one, else in words. */
  readonly licence: string;
  readonly verdict: 'allowed' | 'review';
  /** Why a person has to look at it; empty when it is allowed. */
  readonly reason: string;
}

/** Licences that need no further look. */
export const ALLOWED_LICENCES = [
  ...['MIT', 'MIT-0', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause'],
  ...['0BSD', 'BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Zlib'],
];

/** Judges what a `package.json` declares, in `license` or, the old way, in `licenses`. */
export function judgeLicence(manifest: { readonly license?: unknown; readonly licenses?: unknown }): LicenceJudgement {
  const declared = declaredLicence(manifest.license) ?? declaredLicence(manifest.licenses);
  if (declared === undefined) return review('none', 'The package declares no licence.');
  if (/^UNLICENSED$/i.test(declared)) return review(declared, 'The package grants nobody the right to use it.');
  const ownText = /^SEE LICEN[CS]E IN (.+)$/i.exec(declared);
  if (ownText) return review(declared, `The terms are the package's own, in ${ownText[1] ?? 'a file'}.`);
  if (!isExpression(declared)) return review(declared, 'This is not an SPDX licence expression.');
  if (satisfies(declared, ALLOWED_LICENCES)) return { licence: declared, verdict: 'allowed', reason: '' };

  return review(declared, 'The licence is not on the list of allowed ones.');
}

/** The licence as one text. Old forms are an object with a type, or a list of those to choose from. */
function declaredLicence(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (Array.isArray(value)) {
    const choices = value.map(declaredLicence).filter((choice) => choice !== undefined);

    return choices.length > 1 ? `(${choices.join(' OR ')})` : choices[0];
  }
  if (typeof value === 'object' && value !== null) return declaredLicence((value as { type?: unknown }).type);

  return undefined;
}

function isExpression(text: string): boolean {
  try {
    parseExpression(text);

    return true;
  } catch {
    // The parser has no other way to say no.
    return false;
  }
}

function review(licence: string, reason: string): LicenceJudgement {
  return { licence, verdict: 'review', reason };
}
