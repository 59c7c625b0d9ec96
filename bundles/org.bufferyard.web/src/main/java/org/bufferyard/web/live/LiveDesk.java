package org.bufferyard.web.live;

import com.google.gson.JsonObject;
import java.util.function.Function;
import org.bufferyard.web.document.Document;
import org.bufferyard.web.wire.Failure;
import org.bufferyard.web.wire.Message;

/** The running yard. */
public final class LiveDesk {
  public boolean isThere() {
    return false;
  }

  private static Failure none() {
    return new Failure(Failure.Kind.NO_LIVE, "no pipelines run in this yard");
  }

  public JsonObject state() {
    throw none();
  }

  public JsonObject act(Message message, Function<String, Document> find) {
    throw none();
  }

  public JsonObject timeline(String seconds) {
    throw none();
  }
}
