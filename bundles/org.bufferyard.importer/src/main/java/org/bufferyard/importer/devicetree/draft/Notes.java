package org.bufferyard.importer.devicetree.draft;

import java.util.ArrayList;
import java.util.List;
import org.bufferyard.importer.devicetree.tree.TreeNode;
import org.bufferyard.platform.draft.ImportReport.Note;

/** The importer report while it is written. One use, one thread. */
public final class Notes {
  public final List<Note> understood = new ArrayList<>();
  public final List<Note> ignored = new ArrayList<>();
  public final List<Note> guessed = new ArrayList<>();

  public void understood(TreeNode node, String text) {
    understood.add(new Note(node.path(), text));
  }

  public void ignored(TreeNode node, String text) {
    ignored.add(new Note(node.path(), text));
  }

  void guessed(TreeNode node, String text) {
    guessed.add(new Note(node.path(), text));
  }
}
