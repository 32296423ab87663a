import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { Catalogue } from './catalogue.service.js';
import type { Product } from './product.entity.js';
import { RepriceDto } from './reprice.dto.js';
import { RepricingView } from './repricing-view.js';
import { Repricing } from './repricing.service.js';

@ApiTags('catalogue')
@Controller('catalogue')
export class CatalogueController {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly repricing: Repricing,
  ) {}

  @Get('products/:sku')
  @ApiOperation({ summary: 'See a product, with its price and its stock' })
  @ApiNotFoundResponse()
  product(@Param('sku') sku: string): Promise<Product> {
    return this.catalogue.get(sku);
  }

  @Post('reprice')
  @HttpCode(202)
  @ApiOperation({ summary: 'Re-price the catalogue: every product costs so much more, or less, than its list price' })
  @ApiAcceptedResponse({ type: RepricingView })
  @ApiBadRequestResponse({ description: 'The request is not as described here.' })
  reprice(@Body() reprice: RepriceDto): Promise<RepricingView> {
    return this.repricing.start(reprice);
  }

  @Get('reprice/:id')
  @ApiOperation({ summary: 'See how far a re-pricing is' })
  @ApiOkResponse({ type: RepricingView })
  @ApiNotFoundResponse()
  progress(@Param('id') id: string): Promise<RepricingView> {
    return this.repricing.view(id);
  }
}
