import { SchoolError } from '../school-call/school-error.ts'
import { addressOf, type SchoolSite } from '../school-call/school-site.ts'
import { looksFit, looksTroubled, looksWrong } from '../school-call/site-trouble.ts'
import type { SiteLook } from '../verifier.ts'
import { readServiceResponse } from './service-response.ts'

/** A `SCHOOL_URL` that ends in the name of a CAS page. */
const pageName = /\/(?:login|logout|(?:p3\/)?serviceValidate|p3)$/

/** Sends a validation request without a ticket. A CAS server reports that the ticket is missing. */
export async function lookAtCas(site: SchoolSite, validate: () => Promise<string>): Promise<SiteLook> {
  if (pageName.test(site.root))
    return looksWrong(
      `SCHOOL_URL is the address of a page: set SCHOOL_URL=${site.origin}${site.root.replace(pageName, '')}`,
    )
  try {
    readServiceResponse(await validate())
    return looksFit('a CAS server')
  } catch (error) {
    if (!(error instanceof SchoolError)) throw error
    if (/HTTP status 40\d/.test(error.message))
      return looksWrong(
        `${addressOf(site, '/p3/serviceValidate')}: ${error.message}. Is the web root right (/cas, /authserver), and does the server speak CAS 3.0?`,
      )
    return looksTroubled(site.origin, error)
  }
}
