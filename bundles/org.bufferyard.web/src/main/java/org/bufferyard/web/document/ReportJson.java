package org.bufferyard.web.document;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import org.bufferyard.platform.board.BoardImport;
import org.bufferyard.platform.draft.ImportReport.Note;

/** What an import made of a file, for the page. Stateless. */
final class ReportJson {
  private static final int MOST = 1000;

  private ReportJson() {}

  static JsonObject of(BoardImport done) {
    JsonObject json = new JsonObject();
    json.add("understood", notes(done.report().understood()));
    json.add("ignored", notes(done.report().ignored()));
    json.add("guessed", notes(done.report().guessed()));
    JsonArray warnings = new JsonArray();
    done.warnings().forEach(w -> warnings.add(withoutFolder(w)));
    json.add("warnings", warnings);
    return json;
  }

  /** The blob was read from a place that means nothing to the page. */
  private static String withoutFolder(String line) {
    return line.replaceFirst("^\\S*/bufferyard-import[^/]*/", "");
  }

  private static JsonArray notes(List<Note> notes) {
    JsonArray array = new JsonArray();
    for (Note note : notes.subList(0, Math.min(MOST, notes.size()))) {
      JsonObject json = new JsonObject();
      json.addProperty("node", note.node());
      json.addProperty("text", note.text());
      array.add(json);
    }
    return array;
  }
}
