package main

import (
	"cmp"
	"context"
	"fmt"
	"text/tabwriter"

	"buxun/server/office"
)

// showRescue tells when a backup was proved last, and after a restore what came back and what is still awaited, by phone.
func showRescue(ctx context.Context, c *centre, _ []string, _ *options, t terminal) error {
	proof, ok, err := c.store.LastProof(ctx)
	if err != nil {
		return err
	}
	switch {
	case !ok:
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
