import { Module } from '@nestjs/common';

/** Carries what `WorkflowModule.forFeature` was given to where it is found. @internal */
@Module({})
export class WorkflowFeatureModule {}
