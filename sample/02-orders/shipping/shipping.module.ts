import { Module } from '@nestjs/common';
import { Carrier } from './carrier.service.js';

@Module({ providers: [Carrier], exports: [Carrier] })
export class ShippingModule {}
