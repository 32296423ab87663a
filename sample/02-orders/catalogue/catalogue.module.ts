import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CatalogueController } from './catalogue.controller.js';
import { Catalogue } from './catalogue.service.js';
import { Product } from './product.entity.js';
import { Repricing } from './repricing.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Product])],
  controllers: [CatalogueController],
  providers: [Catalogue, Repricing],
  exports: [Catalogue],
})
export class CatalogueModule {}
