import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Settings } from '../settings.js';
import type { AuditReportDocument } from './audit-report.js';
import { renderMarkdown } from './audit-report.markdown.js';

/** The reports as files. */
@Injectable()
export class ReportFiles {
  private readonly folder: string;

  constructor(settings: Settings) {
    this.folder = join(settings.dataDir, 'reports');
  }

  /** Writes both files, each whole or not at all. Written twice they are the same. */
  async write(report: AuditReportDocument): Promise<string[]> {
    const [markdown, json] = this.pathsOf(report.id);
    await mkdir(this.folder, { recursive: true });
    await replace(markdown, renderMarkdown(report));
    await replace(json, `${JSON.stringify(report, undefined, 2)}\n`);

    return [markdown, json];
  }

  async remove(auditId: string): Promise<void> {
    await Promise.all(this.pathsOf(auditId).map((path) => rm(path, { force: true })));
  }

  private pathsOf(auditId: string): [markdown: string, json: string] {
    return [join(this.folder, `${auditId}.md`), join(this.folder, `${auditId}.json`)];
  }
}

/** Readers see the old file or the new one, never a part. */
async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, content);
  await rename(draft, path);
}
