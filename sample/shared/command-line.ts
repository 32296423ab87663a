import { stopDatabase } from './database/embedded-database.js';
import type { SampleSettings } from './settings/sample-settings.js';

/** A class of settings, as each sample has one. */
interface SettingsClass<S> {
  readonly usage: string;
  /** @throws TypeError for an option that does not exist, or a value that is not accepted. */
  from(args: readonly string[]): S;
}

/** Runs a sample as its command line says; `--help` and `--stop` are answered here. */
export async function runCommand<S extends SampleSettings>(
  settingsClass: SettingsClass<S>,
  main: (settings: S) => Promise<void>,
): Promise<void> {
  const settings = readSettings(settingsClass);
  if (settings.help) console.log(settingsClass.usage);
  else if (settings.stop) await stopDatabase(settings);
  else await main(settings);
}

function readSettings<S>(settingsClass: SettingsClass<S>): S {
  try {
    return settingsClass.from(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${settingsClass.usage}`);
    process.exit(2);
  }
}
