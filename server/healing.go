package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"

	"buxun/server/office"
)

// showRescue tells when a backup was made and proved last, and after a restore what came back and what is still awaited, by phone.
func showRescue(ctx context.Context, c *centre, _ []string, _ *options, t terminal) error {
	kept, err := c.store.Kept(ctx)
	if err != nil {
		return err
	}
	if at := kept.Backup.At; at == 0 {
		fmt.Fprintln(t.out, "没有做过备份 / no backup was ever made (buxun backup)")
	} else {
		fmt.Fprintf(t.out, "%s 的备份是最近一次，之后来了 %d 条记录 / the last backup is of %s, %d records came since\n", office.Moment(at), kept.Operations, office.Moment(at), kept.Operations)
	}
	if failed := kept.Failed; failed.At > 0 {
		fmt.Fprintf(t.out, "%s 的备份没做成 / the backup of %s was not made: %s\n", office.Moment(failed.At), office.Moment(failed.At), failed.Fault)
	}
	proof := kept.Proof
	switch {
	case proof.At == 0:
		fmt.Fprintln(t.out, "没有验证过备份 / no backup was ever proved (buxun verify-backup)")
	case proof.Fault != "":
		fmt.Fprintf(t.out, "%s 的备份不能恢复 / the backup %s is no good: %s\n", proof.Backup, proof.Backup, proof.Fault)
	default:
		fmt.Fprintf(t.out, "%s 验证：备份 %s 能恢复 / the backup %s can be restored, proved %s\n", office.Moment(proof.At), proof.Backup, proof.Backup, office.Moment(proof.At))
	}
	h, err := c.store.Healing(ctx)
	if err != nil || h.RestoredAt == 0 {
		return err
	}
	fmt.Fprintf(t.out, "%s 恢复到 %s / restored %s as of %s\n", office.Moment(h.RestoredAt), office.Moment(h.BackupAt), office.Moment(h.RestoredAt), office.Moment(h.BackupAt))
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "手机 / phone\t人 / person\t补回 / back\t等待 / awaited\t没了 / gone\t等照片 / photos\t联系 / heard")
	for _, p := range h.Phones {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", p.Replica, p.Login, p.Back, p.Awaited, p.Gone, p.WaitingPhotos, cmp.Or(office.Moment(p.HeardAt), "还没有 / not yet"))
	}
	return table.Flush()
}
