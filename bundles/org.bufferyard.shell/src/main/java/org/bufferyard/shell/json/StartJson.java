package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import org.bufferyard.shell.running.StartedYard;

/** What was started, for scripts that wait for it. */
public final class StartJson {
  private StartJson() {}

  public static JsonObject of(StartedYard yard) {
    JsonObject json = new JsonObject();
    json.addProperty("pid", yard.pid());
    json.addProperty("page", yard.page());
    json.addProperty("plugins", yard.plugins().toString());
    json.addProperty("state", yard.state().map(Object::toString).orElse(null));
    JsonObject yards = new JsonObject();
    yard.pipelines()
        .forEach(
            (name, pipelines) -> {
              JsonArray names = new JsonArray();
              pipelines.forEach(names::add);
              yards.add(name, names);
            });
    json.add("yards", yards);
    return json;
  }
}
