import type { Catalogue } from '../contract/extraction.ts'
import type { Reader } from '../store/index.ts'
import { tagTree } from './tag-tree.ts'

/** What the deployment sells, and its own numbers, as the extraction reads them. */
export async function readCatalogue(db: Reader): Promise<Catalogue> {
  const [categories, models, hotlines, tags] = await Promise.all([
    db.selectFrom('product_category').select(['name', 'aliases']).orderBy('name').execute(),
    db.selectFrom('product_model').select(['model', 'category', 'aliases']).orderBy('model').execute(),
    db.selectFrom('setting').select('value').where('name', '=', 'company.hotlines').executeTakeFirst(),
    tagTree(db),
  ])
  return {
    ...{ categories, models, tags },
    hotlines: Array.isArray(hotlines?.value) ? hotlines.value.map(String) : [],
  }
}
