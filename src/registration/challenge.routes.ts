import { errorResponses } from '../http/document/api-schemas.ts'
import type { Routes } from '../http/document/json-schema.ts'
import { networkOf } from '../shared/network.ts'
import { schoolRefusals } from './verification/school-refusal.ts'
import type { VerificationService } from './verification/verification.service.ts'
import { Challenge } from './verification/verification-input.schemas.ts'

export const challengeRoutes: Routes<{ verifications: VerificationService }> = async (app, { verifications }) => {
  app.post(
    '/register/challenge',
    {
      schema: {
        operationId: 'issueChallenge',
        summary: '获取验证码 · Get a captcha of the school for the student to read',
        description:
          '供注册、找回密码和更换学号的 `challenge` 与 `captcha` 使用。404：这所学校的验证码不需要人来辨认。\n\nFor `challenge` and `captcha` of the other routes. 404: the students of this school need not read captchas.',
        tags: ['users'],
        security: [],
        response: { 200: Challenge, ...errorResponses(...schoolRefusals, 'too-many-requests', 'challenge-unneeded') },
      },
    },
    ({ ip }, reply) =>
      reply.answerOnce(
        () => verifications.issueChallenge(ip),
        (body) => ({ body }),
        // The request has no content that only its sender knows.
        { scope: `network ${networkOf(ip)}` },
      ),
  )
}
