// Recipes that were looked at or lie near; what is trashed or restored changes them, and those of what was made of it.
import { ask } from "./gallery_feed.js";

const recipes = new Map();

export async function recipeOf(id) {
  if (!recipes.has(id)) {
    if (recipes.size > 200) recipes.delete(recipes.keys().next().value);
    const asked = ask(`/api/images/${encodeURIComponent(id)}`);
    recipes.set(id, asked);
    asked.catch(() => recipes.delete(id));
  }
  return recipes.get(id);
}

export function forgetRecipes({ action }) {
  if (action === "trash" || action === "restore") recipes.clear();
}
