package org.bufferyard.conform.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComparisonTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'rc':0}|{'rc':0.0}|",
        "{'rc':0}|{'rc':'0'}|rc: 0 / 0",
        "{'segs':[['0x1',2]]}|{'segs':[['0x1',3]]}|segs: [['0x1',2]] / [['0x1',3]]",
        "{'segs':[['0x1',2]]}|{'segs':[['0x1',2],['0x3',4]]}|segs: [['0x1',2]] / "
            + "[['0x1',2],['0x3',4]]",
        "{'rc':-12}|{'rc':-12,'dma':'0x1'}|dma: absent / 0x1",
        "{'rc':-12,'dma':'0x1'}|{'rc':-12}|dma: 0x1 / absent",
        "{'rc':0}|{'rc':0,'addressing_limited':1}|",
        "{'rc':0,'addressing_limited':1}|{'rc':0,'addressing_limited':0}|addressing_limited: 1 / 0",
        "{'rc':5,'a':1}|{'rc':6,'a':2}|rc: 5 / 6;a: 1 / 2"
      })
  void everyFieldThatDiffersIsTold(String recorded, String model, String expected) {
    List<String> told = new ArrayList<>();
    Comparison.compare(
        JsonParser.parseString(recorded.replace('\'', '"')).getAsJsonObject(),
        JsonParser.parseString(model.replace('\'', '"')).getAsJsonObject(),
        (field, was, is) -> told.add(field + ": " + was + " / " + is));
    assertEquals(
        expected == null ? "" : expected, String.join(";", told).replace('"', '\''));
  }
}
