import { createHandler } from 'express-alb'
import { app } from './app.js'
export const handler = createHandler(app)
