package org.bufferyard.shell.json;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.bufferyard.api.dma.DmaRange;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.draft.ImportReport.Note;

/** What an import made of a file: the counts at the top, then maps and remarks by node path. */
public final class ImportJson {
  private static final Gson GSON = new Gson();

  private ImportJson() {}

  public static JsonObject of(BoardImport done, Optional<Path> output) {
    JsonObject json = GSON.toJsonTree(done.report().counts()).getAsJsonObject();
    JsonObject maps = new JsonObject();
    done.report().dmaRangeMaps().forEach((path, regions) -> maps.add(path, map(regions)));
    json.add("dmaRangeMaps", maps);
    json.add("understood", notes(done.report().understood()));
    json.add("ignored", notes(done.report().ignored()));
    json.add("guessed", notes(done.report().guessed()));
    json.add("warnings", texts(done.warnings()));
    json.add("changes", texts(done.changes()));
    json.add(
        "output",
        output.<JsonElement>map(o -> new JsonPrimitive(o.toString())).orElse(JsonNull.INSTANCE));
    return json;
  }

  private static JsonArray map(List<DmaRange> regions) {
    JsonArray array = new JsonArray();
    for (DmaRange region : regions) {
      JsonObject json = new JsonObject();
      json.addProperty("cpu", hex(region.cpu()));
      json.addProperty("dma", hex(region.dma()));
      json.addProperty("size", hex(region.size()));
      array.add(json);
    }
    return array;
  }

  private static JsonArray notes(List<Note> notes) {
    JsonArray array = new JsonArray();
    for (Note note : notes) {
      JsonObject json = new JsonObject();
      json.addProperty("node", note.node());
      json.addProperty("text", note.text());
      array.add(json);
    }
    return array;
  }

  private static JsonArray texts(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }
}
