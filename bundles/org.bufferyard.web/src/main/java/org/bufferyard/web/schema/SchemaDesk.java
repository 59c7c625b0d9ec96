package org.bufferyard.web.schema;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bufferyard.topology.edit.BoardModels;
import org.bufferyard.web.wire.EventHub;

/**
 * The schema of the moment, and word to the pages when it changes. Keeps text only, so that a
 * package that leaves is not held. Safe for any thread.
 */
public final class SchemaDesk {
  private final BoardModels models;
  private final EventHub hub;

  // Guarded by this.
  private long rev = 1;
  private String text;
  private Set<String> known;

  public SchemaDesk(BoardModels models, EventHub hub) {
    this.models = models;
    this.hub = hub;
    this.known = namespaces();
  }

  private Set<String> namespaces() {
    Set<String> found = new TreeSet<>();
    models.packages().forEach(p -> found.add(p.ePackage().getNsURI()));
    return found;
  }

  public synchronized long rev() {
    return rev;
  }

  /** The whole answer of {@code GET /api/schema}. */
  public synchronized String text() {
    if (text == null) {
      text = new SchemaJson(new ClassNames(models.packages())).of(rev).toString();
    }
    return text;
  }

  /** A package came, went or was exchanged. */
  public void changed() {
    JsonObject event = new JsonObject();
    synchronized (this) {
      Set<String> now = namespaces();
      rev++;
      text = null;
      event.addProperty("schemaRev", rev);
      event.add("added", difference(now, known));
      event.add("removed", difference(known, now));
      known = now;
    }
    hub.publish("schema", event);
  }

  private static JsonArray difference(Set<String> all, Set<String> without) {
    JsonArray array = new JsonArray();
    List<String> left = all.stream().filter(n -> !without.contains(n)).toList();
    left.forEach(array::add);
    return array;
  }
}
