package org.bufferyard.web.wire;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A JSON object that came in, read with care: what is not as the protocol says is the sender's
 * fault and named. Immutable.
 */
public final class Message {
  private static final int DEEPEST = 64;

  private final JsonObject json;

  public Message(JsonObject json) {
    this.json = json;
  }

  /**
   * @throws Failure when it is no JSON object
   */
  public static Message parse(String text) {
    try {
      checkDepth(text);
      JsonElement element = JsonParser.parseString(text);
      if (element.isJsonObject()) {
        return new Message(element.getAsJsonObject());
      }
    } catch (JsonParseException e) {
      throw Failure.bad("the body is no JSON: " + e.getMessage());
    }
    throw Failure.bad("the body is no JSON object");
  }

  /** The parser recurses. */
  private static void checkDepth(String text) {
    int depth = 0;
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      if (depth > DEEPEST) {
        throw Failure.bad("the body is nested too deep");
      }
    }
  }

  public boolean has(String name) {
    return json.has(name) && !json.get(name).isJsonNull();
  }

  /** The raw member; JSON null when absent. */
  public JsonElement raw(String name) {
    return json.has(name) ? json.get(name) : com.google.gson.JsonNull.INSTANCE;
  }

  public String text(String name) {
    return optionalText(name).orElseThrow(() -> Failure.bad("'" + name + "' is missing"));
  }

  public String text(String name, String otherwise) {
    return optionalText(name).orElse(otherwise);
  }

  public Optional<String> optionalText(String name) {
    if (!has(name)) {
      return Optional.empty();
    }
    return Optional.of(textOf(json.get(name), name));
  }

  private static String textOf(JsonElement element, String name) {
    if (element instanceof JsonPrimitive primitive && primitive.isString()) {
      return primitive.getAsString();
    }
    throw Failure.bad("'" + name + "' is no text");
  }

  public boolean flag(String name) {
    if (!has(name)) {
      return false;
    }
    if (json.get(name) instanceof JsonPrimitive primitive && primitive.isBoolean()) {
      return primitive.getAsBoolean();
    }
    throw Failure.bad("'" + name + "' is neither true nor false");
  }

  /** A finite number. */
  public double number(String name, double otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    if (json.get(name) instanceof JsonPrimitive primitive && primitive.isNumber()) {
      double value = primitive.getAsDouble();
      if (Double.isFinite(value)) {
        return value;
      }
    }
    throw Failure.bad("'" + name + "' is no number");
  }

  public long whole(String name, long otherwise) {
    double value = number(name, otherwise);
    if (value != Math.rint(value)) {
      throw Failure.bad("'" + name + "' is no whole number");
    }
    return (long) value;
  }

  /** Texts; empty when absent. */
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonElement element : array(name)) {
      texts.add(textOf(element, name));
    }
    return texts;
  }

  /** Objects; empty when absent. */
  public List<Message> messages(String name) {
    List<Message> messages = new ArrayList<>();
    for (JsonElement element : array(name)) {
      if (!element.isJsonObject()) {
        throw Failure.bad("'" + name + "' holds something that is no object");
      }
      messages.add(new Message(element.getAsJsonObject()));
    }
    return messages;
  }

  public JsonArray array(String name) {
    if (!has(name)) {
      return new JsonArray();
    }
    if (json.get(name) instanceof JsonArray array) {
      return array;
    }
    throw Failure.bad("'" + name + "' is no array");
  }

  /** An object; an empty one when absent. */
  public Message message(String name) {
    if (!has(name)) {
      return new Message(new JsonObject());
    }
    if (json.get(name) instanceof JsonObject object) {
      return new Message(object);
    }
    throw Failure.bad("'" + name + "' is no object");
  }

  public List<String> names() {
    return List.copyOf(json.keySet());
  }
}
