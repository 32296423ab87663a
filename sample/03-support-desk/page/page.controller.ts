import { readFile } from 'node:fs/promises';
import { Controller, Get, Header } from '@nestjs/common';

/** The page of the desk; everything on it comes from the other controllers. */
@Controller()
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(): Promise<string> {
    return readFile('sample/03-support-desk/page/desk.html', 'utf8');
  }
}
