package org.bufferyard.web.verdict;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.TreeSet;

/** Two boards compared, elements matched by id; what has no id counts as part of what it is in. Stateless. */
final class ModelDiff {
  private ModelDiff() {}

  /** As {@code GET …/model} gives them. */
  static JsonObject of(JsonObject left, JsonObject right) {
    Side a = new Side(left);
    Side b = new Side(right);
    JsonArray added = new JsonArray();
    JsonArray removed = new JsonArray();
    JsonArray changed = new JsonArray();
    JsonArray moved = new JsonArray();
    for (String key : a.keys()) {
      if (!b.keys().contains(key)) {
        removed.add(key);
        continue;
      }
      compare(key, a, b, changed);
      String from = a.parent(key);
      String to = b.parent(key);
      if (!from.equals(to)) {
        moved.add(entry(key, "", from, to));
      }
    }
    b.keys().stream().filter(k -> !a.keys().contains(k)).forEach(added::add);
    JsonObject json = new JsonObject();
    json.add("added", added);
    json.add("removed", removed);
    json.add("changed", changed);
    json.add("moved", moved);
    return json;
  }

  private static void compare(String key, Side a, Side b, JsonArray changed) {
    TreeSet<String> features = new TreeSet<>(a.values(key).keySet());
    features.addAll(b.values(key).keySet());
    for (String feature : features) {
      String left = a.value(key, feature);
      String right = b.value(key, feature);
      if (!left.equals(right)) {
        changed.add(entry(key, feature, left, right));
      }
    }
  }

  private static JsonObject entry(String element, String feature, String left, String right) {
    JsonObject json = new JsonObject();
    json.addProperty("element", element);
    if (!feature.isEmpty()) {
      json.addProperty("feature", feature);
    }
    json.addProperty("left", left);
    json.addProperty("right", right);
    return json;
  }

  private static final class Side {
    private final JsonObject elements;
    private final String root;
    private final TreeSet<String> keys = new TreeSet<>();

    Side(JsonObject model) {
      elements = model.getAsJsonObject("elements");
      root = model.get("root").getAsString();
      elements.keySet().stream().filter(k -> !k.startsWith("~")).forEach(keys::add);
      // Two boards may have different names; they are compared all the same.
      keys.remove(root);
      keys.add("");
    }

    TreeSet<String> keys() {
      return keys;
    }

    private JsonObject element(String key) {
      return elements.getAsJsonObject(key.isEmpty() ? root : key);
    }

    String parent(String key) {
      JsonElement parent = element(key).get("parent");
      return parent == null || parent.getAsString().equals(root) ? "" : parent.getAsString();
    }

    /** Attributes, references, and parts as text. */
    JsonObject values(String key) {
      JsonObject values = new JsonObject();
      JsonObject element = element(key);
      element.getAsJsonObject("attrs").entrySet().forEach(e -> values.add(e.getKey(), e.getValue()));
      element.getAsJsonObject("refs").entrySet().forEach(e -> values.add(e.getKey(), e.getValue()));
      element
          .getAsJsonObject("children")
          .entrySet()
          .forEach(
              e -> {
                StringBuilder text = new StringBuilder();
                for (JsonElement child : e.getValue().getAsJsonArray()) {
                  if (child.getAsString().startsWith("~")) {
                    text.append(text.isEmpty() ? "" : "; ").append(part(child.getAsString()));
                  }
                }
                if (!text.isEmpty()) {
                  values.addProperty(e.getKey(), text.toString());
                }
              });
      return values;
    }

    private String part(String key) {
      StringBuilder text = new StringBuilder();
      values(key)
          .entrySet()
          .forEach(
              e ->
                  text.append(text.isEmpty() ? "" : " ")
                      .append(e.getKey())
                      .append(" ")
                      .append(plain(e.getValue())));
      return text.toString();
    }

    String value(String key, String feature) {
      JsonElement value = values(key).get(feature);
      return value == null ? "" : plain(value);
    }

    private static String plain(JsonElement value) {
      return value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }
  }
}
