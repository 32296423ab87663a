import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Catalogue } from './catalogue.service.js';
import type { Product } from './product.entity.js';

@ApiTags('catalogue')
@Controller('catalogue')
export class CatalogueController {
  constructor(private readonly catalogue: Catalogue) {}

  @Get('products/:sku')
  @ApiOperation({ summary: 'See a product, with its price and its stock' })
  @ApiNotFoundResponse()
  product(@Param('sku') sku: string): Promise<Product> {
    return this.catalogue.get(sku);
  }
}
