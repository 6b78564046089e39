import MarkdownIt from 'markdown-it'

/**
 * Markdown as HTML that is safe to show: HTML in the source is text, addresses are http(s), mailto
 * or tel only, and nothing is loaded from elsewhere.
 */
const parser = new MarkdownIt({ html: false, linkify: false, breaks: true })
parser.disable('image')
parser.validateLink = (address: string): boolean => /^(https?:\/\/|mailto:|tel:)/i.test(address.trim())
parser.renderer.rules.link_open = (tokens, at, options, _environment, self) => {
  tokens[at]!.attrSet('target', '_blank')
  tokens[at]!.attrSet('rel', 'noopener noreferrer nofollow')
  return self.renderToken(tokens, at, options)
}

export function rendered(source: string): string {
  return parser.render(source)
}
