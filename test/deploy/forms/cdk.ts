import { createApp } from 'express-alb-deploy/cdk'
import { toText, type Values } from './forms.js'
import type { Template } from './template.js'

/** The template that CDK makes of the values, as the app of the package gets them: as context. */
export function synthesize(values: Values): Template {
  const app = createApp({
    context: { ...values },
    autoSynth: false,
    analyticsReporting: false,
    // What comes with CDK takes seconds, and its judge has a test of its own.
    builtinCloudFormationValidation: false,
  })
  return app.synth().getStackByName(toText(values['name'])).template as Template
}
