import { Module, type DynamicModule } from '@nestjs/common';
import { SampleSettings } from './sample-settings.js';

/** Makes the settings of a sample injectable everywhere: by their own class, and by the one that all samples share. */
@Module({})
export class SettingsModule {
  static with(settings: SampleSettings): DynamicModule {
    return {
      module: SettingsModule,
      global: true,
      providers: [
        { provide: settings.constructor, useValue: settings },
        { provide: SampleSettings, useValue: settings },
      ],
      exports: [settings.constructor, SampleSettings],
    };
  }
}
