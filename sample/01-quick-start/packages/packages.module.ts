import { Module } from '@nestjs/common';
import { PackageReader } from './package-reader.service.js';
import { PackageTree } from './package-tree.service.js';
import { ReadLedger } from './read-ledger.service.js';

@Module({
  providers: [PackageTree, PackageReader, ReadLedger],
  exports: [PackageTree, PackageReader, ReadLedger],
})
export class PackagesModule {}
