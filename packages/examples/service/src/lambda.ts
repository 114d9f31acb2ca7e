import { createHandler } from 'express-alb'
import { createApp } from './app.js'
export const handler = createHandler(() => createApp())
