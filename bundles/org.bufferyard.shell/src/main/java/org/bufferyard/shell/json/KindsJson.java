package org.bufferyard.shell.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.bufferyard.platform.registry.KindStatus;

/** What became of every plug-in. */
public final class KindsJson {
  private KindsJson() {}

  public static JsonObject of(List<KindStatus> status) {
    JsonArray services = new JsonArray();
    for (KindStatus s : status) {
      JsonObject json = new JsonObject();
      json.addProperty("kind", s.kind());
      json.addProperty("model", s.model());
      json.addProperty("provider", s.provider());
      json.addProperty("ranking", s.ranking());
      json.addProperty("state", s.state().name());
      json.addProperty("reason", s.reason());
      services.add(json);
    }
    JsonObject json = new JsonObject();
    json.add("services", services);
    return json;
  }
}
