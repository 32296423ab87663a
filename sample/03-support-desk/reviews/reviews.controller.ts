import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { AnswerDto, ClaimDto } from './answer.dto.js';
import { Reviews, type ReviewView } from './reviews.service.js';

@Controller('reviews')
export class ReviewsController {
  constructor(private readonly reviews: Reviews) {}

  /** What waits for people; with `for`, only what that person is asked. */
  @Get()
  list(@Query('for') person?: string): Promise<ReviewView[]> {
    return this.reviews.list(person);
  }

  /** Nobody else answers what one has taken. */
  @Post(':id/claim')
  @HttpCode(200)
  claim(@Param('id') id: string, @Body() { by }: ClaimDto): Promise<ReviewView> {
    return this.reviews.claim(id, by);
  }

  @Post(':id')
  @HttpCode(202)
  answer(@Param('id') id: string, @Body() { by, ...verdict }: AnswerDto): Promise<{ readonly accepted: true }> {
    return this.reviews.answer(id, by, verdict);
  }
}
