import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Reservation } from './reservation.entity.js';
import { Stock } from './stock.service.js';

@Module({ imports: [TypeOrmModule.forFeature([Reservation])], providers: [Stock], exports: [Stock] })
export class StockModule {}
