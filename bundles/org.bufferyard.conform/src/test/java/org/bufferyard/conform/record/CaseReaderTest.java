package org.bufferyard.conform.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bufferyard.platform.input.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseReaderTest {
  static final String LINE =
      "{\"scenario\":\"s\",\"id\":\"s-1\",\"kernel\":\"6.1.0\",\"arch\":\"arm64\","
          + "\"config\":\"direct\",\"run\":\"r\",\"input\":{\"ops\":[\"fresh A\"]},"
          + "\"output\":{\"results\":[{\"rc\":1}],\"kmsg\":[\"a line\"]}}";

  @Test
  void lineBecomesCase() {
    RecordedCase recorded = CaseReader.read(LINE, "f:1");
    assertEquals("s-1", recorded.id());
    assertEquals(1, recorded.results().size());
    assertEquals("a line", recorded.log().getFirst());
    assertTrue(recorded.trace().isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"scenario\"|{\"scenario|no JSON",
        "\"rc\":1}],|\"rc\":1}|no JSON",
        "\"results\"|\"result\"|no results",
        "[{\"rc\":1}]|[]|1 commands but 0 results",
        "[{\"rc\":1}]|[3]|output.results[0] is no object",
        "[\"fresh A\"]|[\"fresh A\",7]|input.ops[1] is no text",
        "\"id\":\"s-1\"|\"id\":1|id is no text",
        "[\"a line\"]|\"a line\"|output.kmsg is no list",
        "\"run\":\"r\",|''|no run"
      })
  void brokenLineSaysWhatAndWhere(String right, String wrong, String complaint) {
    assertTrue(LINE.contains(right), right);
    String message =
        assertThrows(
                BadInputException.class,
                () -> CaseReader.read(LINE.replace(right, wrong), "cases.jsonl:17"))
            .getMessage();
    assertTrue(message.contains(complaint), message);
    assertTrue(message.startsWith("cases.jsonl:17: "), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void emptyAndForeignLinesAreBroken() {
    for (String line : new String[] {"[]", "null", "7", "\"text\"", "{}"}) {
      assertThrows(BadInputException.class, () -> CaseReader.read(line, "f:1"), line);
    }
  }
}
