package org.bufferyard.importer.devicetree;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.platform.draft.ImportReport.Note;

/** The importer report while it is written. One use, one thread. */
final class Notes {
  final List<Note> understood = new ArrayList<>();
  final List<Note> ignored = new ArrayList<>();
  final List<Note> guessed = new ArrayList<>();

  void understood(TreeNode node, String text) {
    understood.add(new Note(node.path(), text));
  }

  void ignored(TreeNode node, String text) {
    ignored.add(new Note(node.path(), text));
  }

  void guessed(TreeNode node, String text) {
    guessed.add(new Note(node.path(), text));
  }
}
